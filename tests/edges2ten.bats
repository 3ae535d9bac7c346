load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "lines of two or three fields become sorted rows; the weight is 1 where there is none" {
    printf '# c\n2 0\n0 1\n\n0 2' >e.txt
    run -0 bash -c 'edges2ten e.txt | ten-dump'
    [ "${lines[0]}" = "0 2 2 3" ]
    [ "${lines[1]}" = "1 2 0" ]
    [ "${lines[2]}" = "1 1 1" ]
    run -0 bash -c 'printf "0,1,5\r\n1 , 0,7\r\n" | edges2ten | ten-dump --header'
    [[ "$output" = *"# weight i64 [2]"*"5 7"* ]]
    run -0 bash -c 'printf "0\t1\t5\n1\t0\t0.5\n" | edges2ten | ten-dump --header'
    [[ "$output" = *"# weight f64 [2]"*"5 0.5"* ]]
}
@test "--ids=string numbers words as they appear and keeps their names" {
    printf 'bob ann\ncarl bob\n' >e.txt
    run -0 bash -c 'edges2ten --ids=string e.txt | ten2text --record=names --offsets=names_offsets'
    [ "$output" = $'bob\nann\ncarl' ]
    run -0 bash -c 'edges2ten --ids=string e.txt | ten2edges'
    [ "$output" = $'bob\tann\t1\ncarl\tbob\t1' ]
    run -0 bash -c 'edges2ten --ids=number /dev/null | ten-dump'
}
@test "--undirected adds the other direction, but not of loops" {
    run -0 bash -c 'printf "0 1 5\n1 1 7\n" | edges2ten --undirected | ten2edges'
    [ "$output" = $'0\t1\t5\n1\t0\t5\n1\t1\t7' ]
}
@test "--base and --nodes say how nodes are numbered and how many there are" {
    run -0 bash -c 'printf "1 2\n" | edges2ten --base=1 --nodes=4 | ten-dump'
    [ "${lines[0]}" = "0 1 1 1 1" ]
    run -1 --separate-stderr bash -c 'printf "1 2\n0 1\n" | edges2ten --base=1 >out'
    [ "$stderr" = "edges2ten: standard input: line 2: node 0: expected a number from 1 to 2147483648, or --ids=string" ]
    run -1 --separate-stderr bash -c 'printf "1 4\n" | edges2ten --nodes=4 >out'
    [ "$stderr" = "edges2ten: standard input: line 1: node 4: expected a number from 0 to 3, or --ids=string" ]
}
@test "--header skips the names of columns" {
    run -0 bash -c 'printf "from,to,km\n0,1,3\n" | edges2ten --header | ten2edges --separator=comma'
    [ "$output" = "0,1,3" ]
    run -1 --separate-stderr bash -c 'printf "from,to,km\n0,1,3\n" | edges2ten >out'
    [ "$stderr" = "edges2ten: standard input: line 1: node from: expected a number from 0 to 2147483647, or --ids=string" ]
}
@test "--dup keeps parallel arcs, or makes one of them" {
    printf '0 1 5\n0 1 3\n0 1 4\n' >e.txt
    run -0 bash -c 'edges2ten --dup=keep e.txt | ten-dump'
    [ "${lines[2]}" = "5 3 4" ]
    run -0 bash -c 'edges2ten --dup=min e.txt | ten-dump'
    [ "${lines[2]}" = "3" ]
    run -0 bash -c 'edges2ten --dup=sum e.txt | ten-dump'
    [ "${lines[2]}" = "12" ]
}
@test "bad weights and fields: exit 1 with the line, nothing written" {
    for w in nan inf -1 x; do
        printf '0 1 2\n# c\n1 0 %s\n' $w >bad.txt
        run -1 --separate-stderr bash -c 'edges2ten bad.txt >out'
        [ "$stderr" = "edges2ten: bad.txt: line 3: weight $w: expected a finite number from 0 on" ]
        [ ! -s out ]
    done
    run -1 --separate-stderr bash -c 'printf "0 1\n0 1 2\n" | edges2ten >out'
    [ "$stderr" = "edges2ten: standard input: line 2: then 2: expected no weight, as on the first line" ]
}
@test "one line cannot ask for the memory of 2^40 nodes: exit 1" {
    run -1 --separate-stderr bash -c 'limit 500000; echo 0 1099511627776 | edges2ten --threads=1 >out'
    [ "$stderr" = "edges2ten: standard input: line 1: node 1099511627776: expected a number from 0 to 2147483647, or --ids=string" ]
    run -1 --separate-stderr bash -c 'printf "a b\nb c\n" | edges2ten --ids=string --max-nodes=2 >out'
    [ "$stderr" = "edges2ten: standard input: line 2: node c: expected at most 2 different nodes (--max-nodes)" ]
}
@test "options that contradict each other are wrong usage: exit 2" {
    run -2 edges2ten --ids=string --base=1
    [[ "$output" = *"--ids=string: words are no numbers: expected it without --base and --nodes"* ]]
    run -2 edges2ten --nodes=5 --max-nodes=4
    [[ "$output" = *"--nodes: expected at most --max-nodes"* ]]
    run -2 edges2ten a b
    [[ "$output" = *"a second file: expected one list"* ]]
}
@test "the thread count does not change a byte" {
    awk 'BEGIN { srand(2); for (i = 0; i < 100000; i++) print int(rand() * 500), int(rand() * 500), rand() }' >big
    edges2ten --threads=1 big >one
    edges2ten --threads=2 big | cmp one -
}
@test "rows are those that a naive count finds" {
    awk 'BEGIN { srand(3); for (i = 0; i < 3000; i++) print int(rand() * 50), int(rand() * 50), int(rand() * 9) }' >e.txt
    awk '{ s[$1 "\t" $2] += $3 } END { for (k in s) print k "\t" s[k] }' e.txt | sort -n -k1,1 -k2,2 >want
    edges2ten --dup=sum e.txt | ten2edges | cmp - want
}
