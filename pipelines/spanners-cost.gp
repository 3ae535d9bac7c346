# spanners-cost.gp TABLE SLOPES settled|seconds sources|arcs "ARM...": cost of all runs on logarithmic axes, lines through
# their means, and the mean fitted exponent beside the names.
load "pipelines/plot.gp"
set datafile separator "\t"
set logscale xy
set xlabel ARG4
set ylabel ARG3 eq "settled" ? "vertices settled" : "seconds"
set key outside right
arms = ARG5
# The column called x of this table, and rows of an arm as "x y".
x = ARG4 eq "sources" ? "s" : "vertices"
rows(a) = "awk -F '\t' -v OFS='\t' -v a=" . a . " -v x=" . x . " -v y=" . ARG3 . \
    " 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at[\"arm\"] == a { print $at[x], $at[y] }' " . ARG1
means = " | awk -F '\t' -v OFS='\t' '{ s[$1] += $2; n[$1]++ } END { for (x in s) print x, s[x] / n[x] }' | sort -g"
exponent(a) = system("awk -F '\t' -v a=" . a . " -v y=" . ARG3 . " -v x=" . ARG4 . \
    " '$2 == x && $3 == a && $4 == y { s += $5; n++ } END { printf \"%.2f\", s / n }' " . ARG2)
# Ten arcs for each vertex, in the graphs of growing size.
scale = ARG4 eq "sources" ? 1 : 10
plot for [i = 1:words(arms)] "< " . rows(word(arms, i)) using (scale * $1):2 with points linecolor i pointtype 7 \
        pointsize 0.5 notitle, \
    for [i = 1:words(arms)] "< " . rows(word(arms, i)) . means using (scale * $1):2 with lines linecolor i linewidth 2 \
        title word(arms, i) . ", exponent " . exponent(word(arms, i))
