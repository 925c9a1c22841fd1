/** TLS from PEM files, for the server and for calls to other members. */
package io.orangery.http.tls;
