/** The store in etcd v3. */
package io.orangery.dcs.etcd;
