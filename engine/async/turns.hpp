// How coroutines of an io_context get their turns: all are started here, and all loops that run a context for
// them call run_one(). The functions stand in a file of their own: a program that is linked with another one
// (tests/simulation) decides itself which of those that are ready goes on, and when time passes.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>

namespace pawl::async {

// Starts a coroutine; `ended` is called on the context when it has ended, with what it threw.
void spawn(boost::asio::io_context&, boost::asio::awaitable<void> task,
           std::function<void(std::exception_ptr)> ended);

// Runs one handler; waits until there is one. False: there is nothing to wait for.
bool run_one(boost::asio::io_context&);

}  // namespace pawl::async
