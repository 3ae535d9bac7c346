# rates.gp FILE: mean of mb_per_s by tool, with the extremes of the rounds.
load "pipelines/plot.gp"
set ylabel "MB/s through a pipe"
set yrange [0:*]
set style fill solid 0.6
set boxwidth 0.6
unset key
mean = "awk -F '\t' 'NR > 1 { if (!n[$1]++) { name[++k] = $1; lo[$1] = $3 } s[$1] += $3; " . \
       "if ($3 < lo[$1]) lo[$1] = $3; if ($3 > hi[$1]) hi[$1] = $3 } " . \
       "END { for (i = 1; i <= k; i++) print name[i], s[name[i]] / n[name[i]], lo[name[i]], hi[name[i]] }' "
plot "< " . mean . ARG1 using 0:2:xtic(1) with boxes, \
     "" using 0:2:3:4 with yerrorbars linecolor "black" pointtype 0
