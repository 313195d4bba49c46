# The vector code is what makes it quick, and bit-equal to everybody else's.
set(ENABLE_SHARED OFF CACHE BOOL "")
set(WITH_TURBOJPEG OFF CACHE BOOL "")
set(REQUIRE_SIMD ON CACHE BOOL "")
