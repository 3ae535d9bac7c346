# tsm-curves.gp TABLE...: accuracy on test clips over epochs, a line for every arm (curve-ARM-SEED.tsv).
load "pipelines/plot.gp"
set datafile separator "\t"
set xlabel "epoch"
set ylabel "accuracy on test clips"
set key bottom right
set yrange [0:1]
name(path) = system("basename ".path." | cut -d- -f2")
plot for [i=1:ARGC] value("ARG".i) using 1:7 every ::1 with linespoints pointtype 7 title name(value("ARG".i)), \
    0.125 dashtype 2 linecolor "#888888" title "chance"
