set(protobuf_BUILD_TESTS OFF CACHE BOOL "")
set(protobuf_WITH_ZLIB OFF CACHE BOOL "")
set(LEAVE_OUT_OF libprotobuf-lite CACHE STRING "")
set(LEAVE_OUT_libprotobuf-lite "." CACHE STRING "")
set(CMAKE_PROJECT_protobuf_INCLUDE "${CMAKE_CURRENT_LIST_DIR}/leave-out.cmake" CACHE STRING "")
# It reads the weights once; -O1 takes less time to compile.
set(CMAKE_CXX_FLAGS_RELEASE "-O1 -DNDEBUG" CACHE STRING "")

# OpenCV's dnn module calls protoc while it is built. That is most of protobuf, and only compiled where the machine has none of just
# this version.
file(STRINGS "${CMAKE_SOURCE_DIR}/version.json" versions REGEX "protoc_version")
string(REGEX MATCH "[0-9]+\\.[0-9]+" version "${versions}")
execute_process(COMMAND protoc --version OUTPUT_VARIABLE installed ERROR_QUIET)
if(version AND installed MATCHES "^libprotoc (3\\.)?${version}\n")
  set(protobuf_BUILD_PROTOC_BINARIES OFF CACHE BOOL "")
elseif(CMAKE_TOOLCHAIN_FILE)
  message(FATAL_ERROR "to compile for another kind of machine, this one needs protoc ${version} (in Debian: protobuf-compiler)")
endif()
