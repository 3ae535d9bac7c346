# spanners-histogram.gp FILE...: shares of pairs by stretch; histogram-NAME.dat is called NAME.
load "pipelines/plot.gp"
set xlabel "stretch of a round trip"
set ylabel "share of pairs"
set logscale y
set yrange [1e-5:1]
set key outside right
name(file) = system("basename " . file . " .dat | sed s/histogram-//")
plot for [i = 1:ARGC] value("ARG" . i) using 1:2 with histeps linewidth 2 title name(value("ARG" . i))
