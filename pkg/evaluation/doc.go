// Package evaluation is what boroughs say of themselves: the templates that ask,
// self-evaluations from draft to shared version, and what their peers say to them. It is
// pure: no input or output, and no clock.
package evaluation
