// Package sheet reads tables as people have them: rows of texts with their
// positions, from CSV in every dialect and from XLSX. What is no table, such as an
// older workbook, an archive or a sign-in page that was saved in its place, is
// recognised and named with what to do about it.
//
// It reads a stream in bounded memory, whatever its size, and says as what it has
// read it ([Reader.Form]), because a separator or an encoding that was guessed
// wrong makes wrong figures. It writes tables as CSV and XLSX too ([Grid]). It knows
// nothing of what the cells mean.
package sheet
