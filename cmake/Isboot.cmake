# How every target of the project is compiled, and how tests are declared.

add_library(isboot_flags INTERFACE)
target_include_directories(isboot_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(
  isboot_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                         -Wcast-align $<$<BOOL:${ISBOOT_WERROR}>:-Werror>
                         -ffunction-sections -fdata-sections)

# No path of the building machine is in what ships: two folders give the same bytes. A debugger
# wants the paths.
target_compile_options(
  isboot_flags
  INTERFACE $<$<NOT:$<CONFIG:Debug>>:-ffile-prefix-map=${PROJECT_BINARY_DIR}=build>
            $<$<NOT:$<CONFIG:Debug>>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.>)

if(ISBOOT_SANITIZE OR ISBOOT_FUZZ)
  # Without "vptr", which opens pipes and files at any call: tests take both away, as the keeper's
  # filter does.
  set(sanitizers -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all
                 -fno-omit-frame-pointer)
  if(ISBOOT_FUZZ)
    list(APPEND sanitizers -fsanitize=fuzzer-no-link)
  endif()
  target_compile_options(isboot_flags INTERFACE ${sanitizers})
  target_link_options(isboot_flags INTERFACE ${sanitizers})
endif()

# What a kernel demands of the code in core/ (design.md, "Shape").
add_library(isboot_core_flags INTERFACE)
target_link_libraries(isboot_core_flags INTERFACE isboot_flags)
target_compile_options(isboot_core_flags INTERFACE -fno-exceptions -fno-rtti
                                                   -fno-asynchronous-unwind-tables)
if(ISBOOT_FREESTANDING)
  target_compile_options(
    isboot_core_flags INTERFACE -ffreestanding -mno-red-zone -mcmodel=kernel -mno-sse -fno-pic
                                -fno-stack-protector -fno-threadsafe-statics)
endif()

# isboot_core_library(NAME SOURCES... [LINK libraries])
function(isboot_core_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK")
  add_library(${name} STATIC ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC isboot_flags ${arg_LINK} PRIVATE isboot_core_flags)
  set_property(GLOBAL APPEND PROPERTY ISBOOT_CORE_ARCHIVES $<TARGET_FILE:${name}>)
endfunction()

# Half of the time that the program takes to compile was the same few headers again, 160 times. Only where
# the program is optimized: a debug build reads what each file names, so a missing include is found there.
# Not with ccache, which shares objects between folders, but none that were made with a precompiled header.
# isboot_headers(TARGETS...)
function(isboot_headers)
  if(CMAKE_CXX_COMPILER_LAUNCHER OR CMAKE_BUILD_TYPE STREQUAL "Debug")
    return()
  endif()
  if(NOT TARGET isboot_headers)
    file(WRITE ${CMAKE_BINARY_DIR}/headers.cc "")
    add_library(isboot_headers STATIC ${CMAKE_BINARY_DIR}/headers.cc)
    target_link_libraries(isboot_headers PRIVATE isboot_flags)
    target_precompile_headers(isboot_headers PRIVATE <algorithm> <array> <functional> <memory> <optional>
                              <span> <string> <string_view> <variant> <vector>)
  endif()
  foreach(name ${ARGV})
    target_precompile_headers(${name} REUSE_FROM isboot_headers)
  endforeach()
endfunction()

# Tests are not optimized: what they call is, and GoogleTest's macros take the compiler up to three times
# as long with it (CONTRIBUTING.md, "What compiling costs").
add_library(isboot_test_flags INTERFACE)
target_compile_options(isboot_test_flags INTERFACE -O0)

# Half of the time that a test takes to compile goes into GoogleTest's headers.
function(isboot_test_headers name)
  if(CMAKE_CXX_COMPILER_LAUNCHER)
    return()
  endif()
  if(NOT TARGET isboot_test_headers)
    file(WRITE ${CMAKE_BINARY_DIR}/test_headers.cc "")
    add_library(isboot_test_headers STATIC ${CMAKE_BINARY_DIR}/test_headers.cc)
    target_link_libraries(isboot_test_headers PRIVATE isboot_flags isboot_test_flags GTest::gmock)
    target_compile_definitions(isboot_test_headers
                               PRIVATE ISBOOT_FIXTURES="${PROJECT_SOURCE_DIR}/tests/fixtures")
    target_precompile_headers(isboot_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h> <string>
                              <vector>)
  endif()
  target_precompile_headers(${name} REUSE_FROM isboot_test_headers)
endfunction()

# isboot_test(NAME SOURCES... [LINK libraries] [LABELS labels]): a GoogleTest program,
# each of its tests known to ctest. The default label is "unit".
function(isboot_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK;LABELS")
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE isboot_flags isboot_test_flags isboot_testing ${arg_LINK}
                                        GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE ISBOOT_FIXTURES="${PROJECT_SOURCE_DIR}/tests/fixtures")
  isboot_test_headers(${name})
  gtest_discover_tests(${name} PROPERTIES LABELS "${arg_LABELS}" DISCOVERY_TIMEOUT 60)
endfunction()
