# gnuplot -c fd.gp TABLE N ARM...: the Frechet distance over steps, mean over seeds, for runs from N images; by the
# classifier's features above, by those of random weights below.
set terminal svg size 720,720 dynamic background rgb 'white'
set datafile separator tab
table = ARG1
few = ARG2
arms = ""
do for [i=3:ARGC] { arms = arms . " " . value(sprintf("ARG%d", i)) }
select(arm, extractor) = sprintf("<awk -F'\t' -v arm=%s -v n=%s -v e=%s '$1 == arm && $2 == n && $5 == e { s[$4] += $6; m[$4]++ } END { for (k in s) print k \"\t\" s[k] / m[k] }' %s | sort -n", arm, few, extractor, table)
set multiplot layout 2,1
set ylabel 'FD[dom]'
set logscale y
set grid
set key outside
plot for [a in arms] select(a, 'dom') using 1:2 with linespoints title a
set xlabel 'steps'
set ylabel 'FD[rand64]'
plot for [a in arms] select(a, 'rand') using 1:2 with linespoints title a
unset multiplot
