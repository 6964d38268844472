// Package programme is the domain of a peer challenge programme: who takes
// part, what they look at together, and the kernel that every other part
// shares, the [Actor] who asks and the [Error] that answers.
//
// It does no I/O and reads no clock.
package programme
