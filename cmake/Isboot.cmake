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

# More than half of the time that the program takes to compile is the same few standard headers again,
# 160 times, and of a test GoogleTest's. They are precompiled, once for all targets of the same flags.
# Not with ccache, which shares objects between folders, but none that were made with a precompiled header.
#
# No include is missed because of it: `freestanding` compiles the core without, `sanitize` platform, app
# and cli.
#
# isboot_precompile(NAME TARGET HEADERS headers LINK flags): the target uses what NAME has precompiled.
set(ISBOOT_PRECOMPILES TRUE)
if(CMAKE_CXX_COMPILER_LAUNCHER OR CMAKE_DISABLE_PRECOMPILE_HEADERS OR ISBOOT_FREESTANDING OR ISBOOT_FUZZ)
  set(ISBOOT_PRECOMPILES FALSE)
endif()
function(isboot_precompile name target)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "HEADERS;LINK")
  if(NOT ISBOOT_PRECOMPILES)
    return()
  endif()
  if(NOT TARGET ${name})
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${name}.cc CONTENT "// Precompiled headers.\n")
    add_library(${name} STATIC ${PROJECT_BINARY_DIR}/${name}.cc)
    target_link_libraries(${name} PRIVATE ${arg_LINK})
    target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${name})
endfunction()

# isboot_core_library(NAME SOURCES... [LINK libraries])
function(isboot_core_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK")
  add_library(${name} STATIC ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC isboot_flags ${arg_LINK} PRIVATE isboot_core_flags)
  set_property(GLOBAL APPEND PROPERTY ISBOOT_CORE_ARCHIVES $<TARGET_FILE:${name}>)
  isboot_precompile(
    isboot_core_headers ${name} LINK isboot_core_flags
    HEADERS <algorithm> <array> <bit> <cstddef> <cstdint> <cstring> <optional> <span> <string_view>)
endfunction()

# What ends up in an initramfs throws nothing and catches nothing (what libraries throw ends the program,
# one way or the other), and does without the tables for that: a ninth of it.
add_library(isboot_small_flags INTERFACE)
target_compile_options(isboot_small_flags INTERFACE -fno-exceptions -fno-asynchronous-unwind-tables)

# isboot_headers([SMALL] TARGETS...): what platform, app and cli include most. SMALL: with the flags of
# what ends up in an initramfs.
function(isboot_headers)
  cmake_parse_arguments(PARSE_ARGV 0 arg SMALL "" "")
  set(flags isboot_flags)
  set(headers isboot_headers)
  if(arg_SMALL)
    list(APPEND flags isboot_small_flags)
    set(headers isboot_small_headers)
    foreach(name ${arg_UNPARSED_ARGUMENTS})
      target_link_libraries(${name} PRIVATE isboot_small_flags)
    endforeach()
  endif()
  if(ISBOOT_SANITIZE OR NOT ISBOOT_PRECOMPILES)
    return()
  endif()
  foreach(name ${arg_UNPARSED_ARGUMENTS})
    isboot_precompile(
      ${headers} ${name} LINK ${flags}
      HEADERS <algorithm> <array> <functional> <memory> <optional> <span> <string> <string_view> <variant>
              <vector>)
    # GCC 12 warns at -O1 of what std::string does in its own headers (PR 105329) once they are precompiled.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Debug")
      target_compile_options(${name} PRIVATE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow)
    endif()
  endforeach()
endfunction()

# Tests are not optimized: what they call is, and GoogleTest's macros take the compiler up to three times
# as long with it (CONTRIBUTING.md, "What compiling costs").
add_library(isboot_test_flags INTERFACE)
target_compile_options(isboot_test_flags INTERFACE -O0)

# isboot_test(NAME SOURCES... [ALONE sources] [LINK libraries] [LABELS labels]): a GoogleTest program,
# each of its tests known to ctest. The default label is "unit". Sources are compiled several at once
# (GoogleTest's headers and the standard library's templates cost more than they do), but for those of
# ALONE, which have a name in common with another.
function(isboot_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "ALONE;LINK;LABELS")
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS} ${arg_ALONE})
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${ISBOOT_UNITY_TESTS} UNITY_BUILD_BATCH_SIZE 16)
  if(arg_ALONE)
    set_source_files_properties(${arg_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  target_link_libraries(${name} PRIVATE isboot_flags isboot_test_flags isboot_testing ${arg_LINK}
                                        GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE ISBOOT_FIXTURES="${PROJECT_SOURCE_DIR}/tests/fixtures")
  isboot_precompile(
    isboot_test_headers ${name} LINK isboot_flags isboot_test_flags GTest::gmock
    HEADERS <gmock/gmock.h> <gtest/gtest.h> <algorithm> <filesystem> <fstream> <functional> <map> <optional>
            <set> <string> <thread> <vector>)
  gtest_discover_tests(${name} PROPERTIES LABELS "${arg_LABELS}" DISCOVERY_TIMEOUT 60)
endfunction()
