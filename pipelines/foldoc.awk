# Cross-references of a dictd dictionary, here the Free On-line Dictionary of Computing: lines "FROM
# TO 1.0" with the first headword of each entry, blanks in it as _ and what has a meaning in lists of
# edges as %XX.  Arguments: the index (headword, offset and length, the latter two in base 64), then
# the text as one record (RS=\001).
BEGIN {
    FS = "\t"
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (i = 1; i <= 64; i++) value[substr(digits, i, 1)] = i - 1
    for (i = 1; i < 256; i++) code[sprintf("%c", i)] = sprintf("%%%02X", i)
}
function number(text,   i, n) {
    for (i = 1; i <= length(text); i++) n = 64 * n + value[substr(text, i, 1)]
    return n
}
function plain(text) {
    gsub(/[ \t\n]+/, "_", text)
    return tolower(text)
}
function safe(text,   i, c, made) {
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        made = made (c ~ /[-a-z0-9_.+*\/()]/ ? c : code[c])
    }
    return made
}
# The index.
FNR == NR {
    if ($1 ~ /^00-?database/) next
    at = number($2)
    if (!(at in size)) {
        word = safe(plain($1))
        entry[++entries] = at
        name[at] = word (word in used ? "~" ++used[word] : "")
        used[word] += 0
        size[at] = number($3)
    }
    place[plain($1)] = at
    next
}
# The text.
{
    for (e = 1; e <= entries; e++) {
        from = entry[e]
        rest = substr($0, from + 1, size[from])
        while (match(rest, /\{[^{}]+\}/)) {
            word = plain(substr(rest, RSTART + 1, RLENGTH - 2))
            rest = substr(rest, RSTART + RLENGTH)
            if (word in place && place[word] != from) print name[from], name[place[word]], "1.0"
        }
    }
}
