# curves.gp TABLE...: accuracy on test images over epochs, a line for every run.
load "pipelines/plot.gp"
set datafile separator "\t"
set xlabel "epoch"
set ylabel "accuracy on test images"
set key bottom right
set yrange [*:1]
plot for [i=1:ARGC] value("ARG".i) using 1:7 every ::1 with linespoints pointtype 7 title "run ".i
