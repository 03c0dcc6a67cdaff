// Asio's own definitions, compiled once for the whole program instead of inline in every file.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
