// Package robustness holds tests only. They run two processes of the service on one
// PostgreSQL, break what can be broken while clients work, and ask a checker
// whether there is an order of events that explains all answers.
//
// docs/robustness.md says what is checked, how to run it longer, and what it found.
package robustness
