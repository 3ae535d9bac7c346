# tsm-summit.gp TABLE: of scale-sim: what a step is made of, and efficiency, against processors.  Simulated.
load "pipelines/plot.gp"
set datafile separator "\t"
set title "simulated: 49 h 55 min on 6 and 14 min 13 s on 1536 are explained, the rest follows" noenhanced
set style data histograms
set style histogram rowstacked
set style fill solid 0.8 noborder
set boxwidth 0.7
set xlabel "GPUs"
set xtics rotate by -45
set ylabel "seconds a step"
set y2label "efficiency"
set y2range [0:1]
set y2tics nomirror
set ytics nomirror
set key outside below horizontal
plot ARG1 using "compute":xticlabels(3) title "computation", \
     "" using "wait" title "waiting for the slowest", \
     "" using "exposed" title "gradients, not hidden", \
     "" using 0:"efficiency" axes x1y2 with linespoints linewidth 2 linecolor "black" title "efficiency"
