// The compiled part of Boost.URL, which Debian ships as headers only: exactly one source file includes it.
// System headers in our own warning set would drown ours, so this file holds nothing else.
#include <boost/url/src.hpp>
