#include "engine/sys/random.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <random>

namespace pawl {

std::uint32_t random_seed() {
  return std::random_device{}();
}

std::string random_uuid() {
  return boost::uuids::to_string(boost::uuids::random_generator_pure{}());
}

}  // namespace pawl
