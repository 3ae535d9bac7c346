# spanners-law.gp TABLE: arcs a vertex against s^(1/k).
load "pipelines/plot.gp"
set datafile separator "\t"
set logscale x
set xlabel "s^{1/k}"
set ylabel "arcs kept for each vertex"
set key outside right
plot for [k = 1:3] "< awk -F '\t' -v k=" . k . " 'NR > 1 && $3 == k' " . ARG1 using 4:5 with points pointtype 7 title "k = " . k
