#include "engine/sys/own_user.hpp"

#include <array>

#include <pwd.h>
#include <unistd.h>

namespace pawl {

whoever who_runs() {
  whoever me;
  std::array<char, 256> name{};  // a host's name has at most 64 bytes (HOST_NAME_MAX)
  if (::gethostname(name.data(), name.size() - 1) == 0) me.host = name.data();

  std::array<char, 4096> texts{};  // larger entries count as none (chosen)
  passwd entry{};
  passwd* found = nullptr;
  const auto user = ::geteuid();
  if (::getpwuid_r(user, &entry, texts.data(), texts.size(), &found) == 0 && found != nullptr)
    me.user = found->pw_name;
  if (me.user.empty()) me.user = std::to_string(user);
  return me;
}

}  // namespace pawl
