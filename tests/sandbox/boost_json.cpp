// Compiles Boost.JSON, which Debian ships as headers only; exactly one source file does so.
#include <boost/json/src.hpp>
