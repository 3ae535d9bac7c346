# spanners-cost.gp TABLE SLOPES settled|seconds sources|arcs ARM...: cost in all runs on logarithmic axes, with the mean
# fitted exponent beside the names.
load "pipelines/plot.gp"
set datafile separator "\t"
set logscale xy
set xlabel ARG4
set ylabel ARG3 eq "settled" ? "vertices settled" : "seconds"
set key outside right
# The column called x of this table, and rows of an arm as "x y".
x = ARG4 eq "sources" ? "s" : "core_arcs"
rows(a) = "< awk -F '\t' -v OFS='\t' -v a=" . a . " -v x=" . x . " -v y=" . ARG3 . \
    " 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at[\"arm\"] == a { print $at[x], $at[y] }' " . ARG1 . " | sort -g"
exponent(a) = system("awk -F '\t' -v a=" . a . " -v y=" . ARG3 . " -v x=" . ARG4 . \
    " '$2 == x && $3 == a && $4 == y { s += $5; n++ } END { printf \"%.2f\", s / n }' " . ARG2)
arms = ""
do for [i = 5:ARGC] { arms = arms . " " . value("ARG" . i) }
plot for [a in arms] rows(a) using 1:2 with linespoints pointtype 7 pointsize 0.7 title a . ", exponent " . exponent(a)
