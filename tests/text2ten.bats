load common
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "lines become a text without newlines, and offsets" {
    run -0 bash -c 'printf "one\n\nthr\303\251\n" | text2ten | ten-dump --header'
    [ "${lines[0]}" = "# text utf8 [8]" ]
    [ "${lines[1]}" = $'onethr\303\251' ]
    [ "${lines[2]}" = "# offsets i64 [4]" ]
    [ "${lines[3]}" = "0 3 3 8" ]
}
@test "every text comes back as it was: CR LF, no newline at the end, empty, long" {
    for text in 'a\nb\n' 'a\r\nb\r\n' 'a\n\n\nb' '\n' '' 'a\r' '\r\n\r'; do
        printf "$text" >t.txt
        text2ten --batch=2 t.txt | ten2text | cmp - t.txt
    done
    head -c 3000000 /dev/zero | tr '\0' x >long.txt
    text2ten long.txt | ten2text | cmp - long.txt
    cat "$ROOT"/lib/*/*.c >code.txt
    text2ten code.txt | ten2text | cmp - code.txt
}
@test "--batch cuts lines into groups; files do not share one" {
    seq 1 5 >five.txt
    run -0 bash -c 'text2ten --batch=2 five.txt five.txt | ten-info | grep -c offsets'
    [ "$output" = 6 ]
    text2ten --batch=2 five.txt - <five.txt | ten2text | cmp - <(cat five.txt five.txt)
}
@test "memory holds one group, however long the text is" {
    run -0 bash -c 'yes "a line of text" | head -n 4000000 | (limit 200000; text2ten --threads=1) | ten-info | wc -l'
    [ "$output" = 800 ]
}
@test "not UTF-8: exit 1 with line and byte, and the groups before arrive" {
    run -1 --separate-stderr bash -c 'printf "a\nb\nc\n12\351\n" | text2ten --batch=2 >out'
    [ "$stderr" = "text2ten: standard input: line 4: byte 3 is not UTF-8: expected UTF-8 (iconv makes it)" ]
    run -1 bash -c 'ten2text <out'
    [ "${lines[0]} ${lines[1]}" = "a b" ]
}
@test "a missing file: exit 1; no lines in a group: exit 2" {
    run -1 --separate-stderr bash -c 'text2ten gone.txt >out'
    [ "$stderr" = "text2ten: gone.txt: No such file or directory: expected a file to read" ]
    run -2 text2ten --batch=0
}
