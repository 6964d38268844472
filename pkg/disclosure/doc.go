// Package disclosure decides what of a quarter everybody may see, so that no count of
// children between 1 and 5 can be had from it: not directly, not by subtraction, not
// from order, averages or a second version of the quarter.
//
// The true figures of a quarter are a [Set], from which nothing can be read. It gives a
// [View]: the common one by [Set.Disclose], a borough's own by [Set.Own], and the true
// one, to the programme's team, by [Set.True]. A view carries its [Class], and totals,
// rates, edges, ranks and exceptions are functions of a view alone. A number of the
// common view is the truth; what is not shown is an interval or nothing.
//
// Everything here is pure: no I/O, no clock.
package disclosure
