# spgemm-growth.gp TABLE: time for a multiplication over their number, on logarithmic axes.
load "pipelines/plot.gp"
set datafile separator "\t"
set logscale xy
set xlabel "multiplications"
set ylabel "nanoseconds each, one thread"
set yrange [0.1:100]
set key outside right
of(family) = "< awk -F '\t' '$1 == \"" . family . "\"' " . ARG1
plot of("rmat") using 3:6 with linespoints pointtype 7 linecolor 1 title "R-MAT", \
     of("rmat") using 3:7 with lines dashtype 2 linecolor 1 title "in new memory", \
     of("cube") using 3:6 with linespoints pointtype 7 linecolor 2 title "27-point stencil", \
     of("cube") using 3:7 with lines dashtype 2 linecolor 2 title "in new memory"
