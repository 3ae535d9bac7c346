# spanners-size.gp TABLE GRAPH: share of arcs kept against the largest stretch, a point for every construction.
load "pipelines/plot.gp"
set datafile separator "\t"
set title ARG2
set xlabel "largest stretch"
set ylabel "share of the arcs kept"
set yrange [0:1.05]
set logscale x
set xtics (1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30)
set key outside right
arms = system("awk -F '\t' -v g=" . ARG2 . " 'NR > 1 && $1 == g && !n[$3]++ { print $3 }' " . ARG1)
# Columns: graph 1, arm 3, share 15, stretch 16.
plot for [i = 1:words(arms)] "< awk -F '\t' -v g=" . ARG2 . " -v a=" . word(arms, i) . " '$1 == g && $3 == a' " . ARG1 \
    using 16:15 with points linecolor i pointtype (i < 9 ? 7 : 5) pointsize 0.8 \
    title word(arms, i)
