# histogram.gp FILE...: one density a file; histogram-NAME.dat is called NAME.
load "pipelines/plot.gp"
set xlabel "pixel value"
set ylabel "density"
set logscale y
set yrange [1e-3:*]
set key outside right
name(file) = system("basename " . file . " .dat | sed s/histogram-//")
plot for [i = 1:ARGC] value("ARG" . i) using 1:2 with histeps linewidth 2 title name(value("ARG" . i))
