/** The store in ZooKeeper. */
package io.orangery.dcs.zookeeper;
