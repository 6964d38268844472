// Package mail hands letters to a mail server by SMTP (RFC 5321), and says of each whether
// it was taken, was not, or may have been.
package mail
