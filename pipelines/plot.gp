# How all plots look.
set terminal svg size 720,420 dynamic font "sans-serif,14" background "white"
set grid back linecolor "#dddddd"
set border 3 linecolor "#555555"
set tics nomirror out
