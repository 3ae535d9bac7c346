# tsm-early.gp TABLE: right answers after so many frames, a point for every seed, and their mean.
load "pipelines/plot.gp"
set datafile separator "\t"
set xlabel "frames seen"
set ylabel "share of clips that are told right"
set key bottom right
set yrange [0:1]
plot ARG1 using 2:3 every ::1 with points pointtype 7 title "seeds", \
     "" using 2:3 every ::1 smooth unique with lines linewidth 2 title "mean", \
     0.125 with lines dashtype 2 title "guessing"
