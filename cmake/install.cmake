# `cmake --install`: the program, and pawl::app and pawl::engine for find_package(pawl). What is public is engine/app's
# use cases and every header that they speak in; the list is read from the includes, so that it cannot go stale.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(pawl_public_roots
  engine/app/check.hpp
  engine/app/check_ledger.hpp
  engine/app/doctor.hpp
  engine/app/export.hpp
  engine/app/plan.hpp
  engine/app/pull.hpp
  engine/app/run.hpp
  engine/app/status.hpp
  engine/app/undo.hpp
  engine/app/verify.hpp
  engine/model/option.hpp
)

# Every header of this project that the given ones include, with themselves.
function(pawl_included_headers result)
  set(found "")
  set(left ${ARGN})
  while(left)
    list(POP_FRONT left header)
    if(header IN_LIST found)
      continue()
    endif()
    list(APPEND found ${header})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
    file(STRINGS ${header} lines REGEX "^#include \"")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^#include \"(.*)\"$" "\\1" included ${line})
      list(APPEND left ${included})
    endforeach()
  endwhile()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

pawl_included_headers(pawl_public_headers ${pawl_public_roots})
foreach(header IN LISTS pawl_public_headers)
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pawl/${folder})
endforeach()

set_target_properties(pawl_app PROPERTIES EXPORT_NAME app)
set_target_properties(pawl_engine PROPERTIES EXPORT_NAME engine)
set_target_properties(pawl_core PROPERTIES EXPORT_NAME core)
install(TARGETS pawl DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS pawl_app pawl_engine pawl_core pawl_build_options EXPORT pawl_targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET pawl_boost_asio)
  install(TARGETS pawl_boost_asio EXPORT pawl_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
install(EXPORT pawl_targets NAMESPACE pawl:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pawl)

configure_package_config_file(cmake/pawlConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/pawlConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pawl)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/pawlConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pawlConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/pawlConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/pawl)
