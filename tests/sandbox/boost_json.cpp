// The one place where Boost.JSON is compiled: Debian ships it as headers only.
#include <boost/json/src.hpp>
