# tsm-batches.gp TABLE: accuracy over the samples of a step, a line for each rule of rates, a point for each seed.
load "pipelines/plot.gp"
set datafile separator "\t"
set xlabel "clips of a step"
set ylabel "accuracy on test clips"
set logscale x 2
set yrange [0:1]
set key bottom left
rule(r, v) = strcol("rule") eq r ? v : NaN
plot for [r in "linear none"] ARG1 using (column("batch")):(rule(r, column("accuracy"))) with points pointtype 7 title r
