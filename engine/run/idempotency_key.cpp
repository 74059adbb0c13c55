#include "engine/run/idempotency_key.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace pawl::run {

std::string new_idempotency_key() {
  return boost::uuids::to_string(boost::uuids::random_generator_pure{}());
}

}  // namespace pawl::run
