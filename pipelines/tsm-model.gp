# tsm-model.gp TABLE: steps of two processes, as measured and as the model has them.
load "pipelines/plot.gp"
set datafile separator "\t"
set xrange [0:*]
set yrange [0:*]
set xlabel "seconds a step, measured"
set ylabel "seconds a step, by the model"
set key top left
plot x with lines linecolor "#888888" title "alike", \
     x * 1.1 with lines dashtype 2 linecolor "#bbbbbb" title "10 % off", x / 1.1 with lines dashtype 2 linecolor "#bbbbbb" notitle, \
     for [net in "clips wide"] "< awk -F '\t' -v net=" . net . " '$1 == net' " . ARG1 using 4:5 with points pointtype 7 title net
