# Dependencies of Debian packages, from the stanzas of apt-cache dumpavail: lines "FROM TO WEIGHT",
# weight 1 for what a package depends on, 2 what it recommends, 3 what it suggests.  Alternatives
# count each; what is no package by itself is left out.
BEGIN {
    FS = ": "
    weight["Pre-Depends"] = weight["Depends"] = 1
    weight["Recommends"] = 2
    weight["Suggests"] = 3
}
$1 == "Package" { package = $2; known[package] = 1; next }
$1 in weight {
    w = weight[$1]
    n = split(substr($0, length($1) + 3), need, /[,|] */)
    for (i = 1; i <= n; i++) {
        sub(/[ :(].*/, "", need[i])
        if (need[i] != package) { from[++arcs] = package; to[arcs] = need[i]; by[arcs] = w }
    }
}
END { for (i = 1; i <= arcs; i++) if (to[i] in known) print from[i], to[i], by[i] ".0" }
