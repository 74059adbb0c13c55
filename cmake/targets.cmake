# Properties that every target of this project shares, carried by interface targets instead of global flags.

add_library(pawl_build_options INTERFACE)
target_compile_features(pawl_build_options INTERFACE cxx_std_20)
# None of the flags and definitions concern who links an installed copy.
# PAWL_MAY_SHADOW: a property of a target whose local names may be those of its other sources.
set(pawl_warnings -Wall -Wextra -Wpedantic -Wconversion $<$<NOT:$<BOOL:$<TARGET_PROPERTY:PAWL_MAY_SHADOW>>>:-Wshadow>
  -Wnon-virtual-dtor -Wold-style-cast)
if(PAWL_WERROR)
  list(APPEND pawl_warnings -Werror)
endif()
target_compile_options(pawl_build_options INTERFACE $<BUILD_INTERFACE:${pawl_warnings}>)
# False alarms of GCC 12: the frame allocator of Asio's awaitable as a mismatched pair, and overlapping copies in
# std::string's operator+ (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(pawl_build_options INTERFACE $<BUILD_INTERFACE:-Wno-mismatched-new-delete;-Wno-restrict>)
endif()
# Asio: no deprecated names, and no implicit exceptions for errors that the project treats as values.
set(pawl_definitions BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_ARRAY BOOST_ALLOW_DEPRECATED_HEADERS
  SPDLOG_FMT_EXTERNAL SPDLOG_COMPILED_LIB)
target_compile_definitions(pawl_build_options INTERFACE $<BUILD_INTERFACE:${pawl_definitions}>)
target_include_directories(pawl_build_options INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/pawl>)
target_link_libraries(pawl_build_options INTERFACE Threads::Threads)
if(PAWL_SANITIZE)
  # PAWL_IS_TEST: a property of test programs and of the sandbox. Their own code goes without the checks for undefined
  # behaviour, which take the compiler half as long again; what is under test has them.
  string(REPLACE "," ";" pawl_sanitizers "${PAWL_SANITIZE}")
  foreach(one ${pawl_sanitizers})
    if(one STREQUAL "undefined")
      set(one $<$<NOT:$<BOOL:$<TARGET_PROPERTY:PAWL_IS_TEST>>>:-fsanitize=undefined>)
    else()
      set(one -fsanitize=${one})
    endif()
    target_compile_options(pawl_build_options INTERFACE ${one})
  endforeach()
  target_compile_options(pawl_build_options INTERFACE -fno-omit-frame-pointer)
  target_link_options(pawl_build_options INTERFACE -fsanitize=${PAWL_SANITIZE})
  if(PAWL_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # At a fixed address, where the linker has done the million relocations of the checks' data: a program starts in half
    # the time, and tests start some thousands.
    target_link_options(pawl_build_options INTERFACE -no-pie)
  endif()
  if(PAWL_SANITIZE MATCHES "undefined")
    target_compile_options(pawl_build_options INTERFACE -fno-sanitize-recover=undefined)
  endif()
  if(PAWL_SANITIZE MATCHES "thread")
    # Asio's fences trigger this note; the fences are correct, TSan just cannot model them.
    target_compile_options(pawl_build_options INTERFACE -Wno-tsan)
  endif()
endif()
if(PAWL_FUZZERS)
  # Coverage for the libraries too; only the fuzz targets themselves link libFuzzer's main.
  target_compile_options(pawl_build_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(pawl_build_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Under the sanitizers Asio's own code is compiled once instead of in every file that uses it. What users run keeps it
# in the headers, where the optimiser sees it.
if(PAWL_SANITIZE)
  add_library(pawl_boost_asio STATIC
    ${PROJECT_SOURCE_DIR}/cmake/boost_asio.cpp ${PROJECT_SOURCE_DIR}/cmake/boost_asio_ssl.cpp)
  target_compile_definitions(pawl_boost_asio PUBLIC $<BUILD_INTERFACE:${pawl_definitions};BOOST_ASIO_SEPARATE_COMPILATION>)
  target_compile_options(pawl_boost_asio PRIVATE -fsanitize=${PAWL_SANITIZE} -fno-omit-frame-pointer -Wno-tsan)
  target_link_libraries(pawl_boost_asio PUBLIC $<BUILD_INTERFACE:Boost::headers> PRIVATE OpenSSL::SSL OpenSSL::Crypto)
  target_link_libraries(pawl_build_options INTERFACE pawl_boost_asio)
endif()

# Sources are compiled some together where CMAKE_UNITY_BUILD is on (the presets have it): most of the time goes into
# headers that all of them read. What one of them names in its unnamed namespace its neighbours see.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # A false alarm there: it takes the sources for headers.
  target_compile_options(pawl_build_options INTERFACE $<BUILD_INTERFACE:-Wno-subobject-linkage>)
endif()
# pawl_apart(TARGET FILES...): sources that are compiled each by itself all the same. Say why where it is called.
function(pawl_apart target)
  set_source_files_properties(${ARGN} TARGET_DIRECTORY ${target} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
# pawl_together(TARGET GROUP FILES...): adds sources to a target with named groups (UNITY_BUILD_MODE GROUP). They are
# compiled together and with no others.
function(pawl_together target group)
  target_sources(${target} PRIVATE ${ARGN})
  set_source_files_properties(${ARGN} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP ${group})
endfunction()
