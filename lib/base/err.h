#ifndef TEN_ERR_H
#define TEN_ERR_H

/* What went wrong, as the exit status a program should end with (0: nothing). */
enum ten_error {
    TEN_E_DATA = 1,         /* bad data, failed input or output */
    TEN_E_USAGE = 2,        /* wrong usage */
    TEN_E_NUMERIC = 3,      /* NaN, divergence */
    TEN_E_INFEASIBLE = 4,   /* no candidate meets the constraint */
};

/* A failure on its way to the user.  text is one line without a newline, worded
 * "where: what is wrong: what would be right". */
struct ten_err {
    int code;               /* enum ten_error, 0 while nothing failed */
    char text[400];
};

#endif
