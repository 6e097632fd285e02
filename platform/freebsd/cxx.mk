# The C++ as one object, for a kernel that isboot is linked into (files.isboot), whose build gives
# every object a name from its source alone: "name.o" and "select.o" may be others' already.
.include "${.PARSEDIR}/sources.mk"
.include "${.PARSEDIR}/cxxflags.mk"

.PATH:	${ISBOOT}/platform/freebsd ${ISBOOT}/core/base ${ISBOOT}/core/boot \
	${ISBOOT}/core/ibft ${ISBOOT}/core/iscsi

# What is said to a C compiler alone.
FLAGS=	${KERNEL_CFLAGS:N-std=*:N-W*-prototypes:N-Wnested-externs:N-Wno-pointer-sign:N-MD:N-MF*:N-MT*}
OBJECTS=	${ISBOOT_CXX:S/^/isboot_/:R:S/$/.o/}

.for source in ${ISBOOT_CXX}
isboot_${source:R}.o: ${source}
	${CXX} -c ${FLAGS} -I${ISBOOT} ${ISBOOT_CXXFLAGS} ${.ALLSRC:[1]} -o ${.TARGET}
.endfor

isboot_cxx.o: ${OBJECTS}
	${LD} -r -o ${.TARGET} ${OBJECTS}
