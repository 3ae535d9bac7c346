# Peers that compute with OpenBLAS get kernels for this processor, as we do (lib/base/openblas.h): of one that it does not know
# it would take those of 2004.
if [ -z "${OPENBLAS_CORETYPE:-}" ] && OPENBLAS_VERBOSE=2 /usr/bin/python3 -c 'import ctypes; ctypes.CDLL("libopenblas.so.0")' 2>&1 |
    grep -qE 'Core: (Prescott|Nehalem|Sandybridge)'; then
    if grep -qw avx512bw /proc/cpuinfo; then
        export OPENBLAS_CORETYPE=SkylakeX
    elif grep -qw avx2 /proc/cpuinfo; then
        export OPENBLAS_CORETYPE=Haswell
    fi
fi
