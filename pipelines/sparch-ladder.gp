# sparch-ladder.gp FACTORS: how much less traffic each idea makes, over the step before, by matrix.
load "pipelines/plot.gp"
set terminal svg size 960,460 dynamic font "sans-serif,13" background "white"
set datafile separator "\t"
set style data histogram
set style histogram cluster gap 1
set style fill solid 0.7 border -1
set logscale y 2
set yrange [0.25:*]
set ylabel "times less memory traffic (model)"
set xtics rotate by -35
set key outside top center horizontal
of(step) = "< awk -F '\t' '$2 == \"" . step . "\"' " . ARG1
plot of("pipelined") using 3:xtic(1) title "pipelined, over OuterSPACE", of("condensed") using 3 title "condensed", \
     of("huffman") using 3 title "Huffman", of("prefetch") using 3 title "row buffer", \
     of("total") using 3 title "all, over OuterSPACE" linecolor "black"
