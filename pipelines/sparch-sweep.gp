# sparch-sweep.gp PARAMETER MATRIX... TABLE...: time and traffic over a parameter, relative to the largest value of each.
load "pipelines/plot.gp"
set datafile separator "\t"
set logscale x 2
set xlabel ARG1
set ylabel "relative to the most of each matrix (model)"
set yrange [0:1.05]
set key outside right
n = (ARGC - 1) / 2
matrix(i) = value("ARG" . (1 + i))
file(i) = value("ARG" . (1 + n + i))
column_of(f, name) = int(system("head -1 " . f . " | tr '\t' '\n' | grep -nx " . name . " | cut -d: -f1"))
scaled(f, name) = sprintf("< awk -F '\t' -v c=%d 'NR > 1 { x[NR] = $2; y[NR] = $c; if ($c > m) m = $c } " . \
    "END { for (i = 2; i <= NR; i++) print x[i] \"\\t\" y[i] / m }' %s", column_of(f, name), f)
plot for [i = 1:n] scaled(file(i), "cycles") using 1:2 with linespoints pointtype 7 title matrix(i) . ": cycles", \
     for [i = 1:n] scaled(file(i), "bytes") using 1:2 with linespoints pointtype 6 dashtype 2 title matrix(i) . ": bytes"
