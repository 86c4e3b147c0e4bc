// Package html draws an Analysis as one self-contained page: no network, no
// server, nothing beside it needed.
//
//  1. view.go and the files named after the sections arrange the Analysis as
//     words, facts and tables; nothing is computed here;
//  2. page/ holds the templates, style/ the style sheet;
//  3. app/ holds the script that replaces the paper figures by charts that can be
//     asked (hover, click, sort, brush), drawn by vendor/charts.min.js;
//  4. thin.go limits what the script gets to see of a large log.
//
// Without JavaScript, on paper and for a screen reader the page says the same: all
// numbers are in tables, all figures are pictures with their numbers as text.
//
// The page carries a content security policy that admits its own script and style
// sheet by their hashes and nothing else, so a name in a log cannot become code, and
// the page can be hosted as it is.
package html
