// Package html draws an Analysis as one self-contained page: no network, no
// server, nothing beside it needed.
//
//  1. section.go lists the sections; a file named after each arranges its part of the
//     Analysis as words, facts and tables; nothing is computed here;
//  2. page/ holds the templates, one per section, style/ the style sheet;
//  3. app/ holds the script that replaces the figures for print by charts that can be
//     asked (hover, click, sort, brush), drawn by vendor/charts.min.js;
//  4. thin.go says what the script gets to see of a log, a large one above all.
//
// Without JavaScript, on paper and for a screen reader the page says the same: all
// numbers are in tables, all figures are pictures with their numbers as text.
//
// The page carries a content security policy that admits its own scripts and style
// sheet by their hashes and nothing else, so a name in a log cannot become code, and
// the page can be hosted as it is.
//
// A new section is a line in section.go, a file with its view, and a template
// page/ID.tmpl that defines ID. Files app/ID*.js join the script by their names: each
// calls part(name, start), and chart(id, option) in it draws on the element with that id.
package html
