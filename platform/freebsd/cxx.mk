# The C++ as one object, for a kernel that isboot is linked into (files.isboot), whose build gives
# every object a name from its source alone: "name.o" and "select.o" may be others' already.
.include "${.PARSEDIR}/sources.mk"
.include "${.PARSEDIR}/cxxflags.mk"

.PATH:	${ISBOOT}/platform/freebsd ${ISBOOT}/core/base ${ISBOOT}/core/boot \
	${ISBOOT}/core/ibft ${ISBOOT}/core/iscsi ${ISBOOT}/core/keep ${ISBOOT}/core/names

# Without what is said to a C compiler alone, and without the kernel's folders: where it is built
# there is a file "version", and C++ has a header of that name.
FLAGS=	${KERNEL_CFLAGS:N-I*:N-std=*:N-W*-prototypes:N-Wnested-externs:N-Wno-pointer-sign:N-MD:N-MF*:N-MT*}
OBJECTS=	${ISBOOT_CXX:S/^/isbootxx_/:R:S/$/.o/}

.for source in ${ISBOOT_CXX}
isbootxx_${source:R}.o: ${source}
	${CXX} -c ${FLAGS} -I${ISBOOT} ${ISBOOT_CXXFLAGS} ${.ALLSRC:[1]} -o ${.TARGET}
.endfor

isboot_cxx.o: ${OBJECTS}
	${LD} -r -o ${.TARGET} ${OBJECTS}
