# sparch-roofline.gp CYCLES: rate over operational intensity, below the two roofs.
load "pipelines/plot.gp"
set datafile separator "\t"
set logscale xy 2
set xlabel "FLOP a byte of compulsory traffic"
set ylabel "GFLOP/s (model)"
set key bottom right
column_of(name) = int(system("head -1 " . ARG1 . " | tr '\t' '\n' | grep -nx " . name . " | cut -d: -f1"))
x = column_of("intensity"); y = column_of("gflops")
of(step) = "< awk -F '\t' '$2 == \"" . step . "\"' " . ARG1
set xrange [0.05:2]
set yrange [0.25:64]
plot 128 * x < 32 ? 128 * x : 32 notitle with dots, \
     [t=0.05:2] (128 * t < 32 ? 128 * t : 32) title "roofs: 128 GB/s, 32 GFLOP/s" with lines linewidth 2 linecolor "black", \
     of("outerspace") using x:y title "OuterSPACE" pointtype 6, of("condensed") using x:y title "condensed" pointtype 4, \
     of("huffman") using x:y title "Huffman" pointtype 8, of("prefetch") using x:y title "SpArch" pointtype 7
