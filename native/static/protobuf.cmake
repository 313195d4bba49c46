# OpenCV's dnn module calls protoc while it is built. That is four fifths of protobuf, and is only compiled where the machine has none
# of just this version.
set(protobuf_BUILD_TESTS OFF CACHE BOOL "")
set(protobuf_WITH_ZLIB OFF CACHE BOOL "")
file(STRINGS "${CMAKE_SOURCE_DIR}/version.json" versions REGEX "protoc_version")
string(REGEX MATCH "[0-9]+\\.[0-9]+" version "${versions}")
execute_process(COMMAND protoc --version OUTPUT_VARIABLE installed ERROR_QUIET)
if(version AND installed MATCHES "^libprotoc (3\\.)?${version}\n")
  set(protobuf_BUILD_PROTOC_BINARIES OFF CACHE BOOL "")
endif()
