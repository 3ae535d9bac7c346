#!/usr/bin/env bash
# grep-the-log.sh - tables are text with tabs, so the tools you know read them: which channel of
# which batch has the largest mean, and does a claim about it hold?
set -euo pipefail

ten-gen --records=3 --fill=normal --seed=3 image f32 8,16,16,3 | ten-stat --per-channel >stat.tsv
# Columns by name, not by number.
column() { awk -F '\t' -v name="$1" 'NR == 1 { for (c = 1; c <= NF; c++) if ($c == name) k = c } NR > 1 { print $k }'; }

echo "batches: $(column group <stat.tsv | sort -u | wc -l), channels: $(column channel <stat.tsv | sort -u | wc -l)"
echo "largest mean: $(column mean <stat.tsv | sort -g | tail -1 | cut -c1-6)"
# A mean of 2048 draws of N(0,1) has the standard deviation 1/sqrt(2048) = 0.022.
printf 'centred\tno channel is off its mean by 4 sigma\t0\tmax(mean) < 0.088\tseeds=1\n' >rules
claims --rules=rules stat.tsv | cut -f2,6,11 | tail -1
