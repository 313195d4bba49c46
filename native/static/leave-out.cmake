# Read after the project() of a library whose settings list targets in LEAVE_OUT_OF: sources of theirs that match LEAVE_OUT_<target> are
# not compiled. Each archive stays, be it empty, since CMake files of the library name it.
function(leave_out)
  set(empty "${CMAKE_BINARY_DIR}/empty.cpp")
  file(TOUCH "${empty}")
  foreach(target ${LEAVE_OUT_OF})
    if(TARGET ${target})
      get_target_property(sources ${target} SOURCES)
      list(FILTER sources EXCLUDE REGEX "${LEAVE_OUT_${target}}")
      set_property(TARGET ${target} PROPERTY SOURCES "${empty}" "${sources}")
    endif()
  endforeach()
endfunction()
cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL leave_out)
