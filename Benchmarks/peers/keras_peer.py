"""The workloads in Keras on TensorFlow, each step a graph (`tf.function`). Mode: graph."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf
from keras import layers

import measure


def conv(x, filters, kernel, strides=1, padding="same", bias=False, activation=None):
    return layers.Conv2D(filters, kernel, strides, padding=padding, use_bias=bias, activation=activation)(x)


def normalized(x, activation="relu"):
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
    return layers.Activation(activation)(x) if activation else x


def lenet(options):
    return keras.Sequential([
        keras.Input((28, 28, 1)), layers.Conv2D(6, 5, padding="same", activation="tanh"), layers.AveragePooling2D(2),
        layers.Conv2D(16, 5, activation="tanh"), layers.AveragePooling2D(2), layers.Conv2D(120, 5, activation="tanh"),
        layers.Flatten(), layers.Dense(84, activation="tanh"), layers.Dense(10)])


def keras_example(options):
    return keras.Sequential([
        keras.Input((28, 28, 1)), layers.Conv2D(32, 3, activation="relu"), layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2), layers.Dropout(0.25), layers.Flatten(), layers.Dense(128, activation="relu"),
        layers.Dropout(0.5), layers.Dense(10)])


def resnet20(options):
    inputs = keras.Input((options.size, options.size, 3))
    x = normalized(conv(inputs, 16, 3))
    for filters in (16, 32, 64):
        for i in range(3):
            stride = 2 if i == 0 and filters > 16 else 1
            y = normalized(conv(normalized(conv(x, filters, 3, stride)), filters, 3), None)
            skip = x if stride == 1 else normalized(conv(x, filters, 1, stride), None)
            x = layers.Activation("relu")(y + skip)
    return keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


def resnet50(options):
    inputs = keras.Input((options.size, options.size, 3))
    x = normalized(conv(layers.ZeroPadding2D(3)(inputs), 64, 7, 2, "valid"))
    x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    for stage, count in enumerate((3, 4, 6, 3)):
        filters = 64 << stage
        for i in range(count):
            stride = 2 if i == 0 and stage > 0 else 1
            y = normalized(conv(x, filters, 1))
            y = normalized(conv(y, filters, 3, stride))
            y = normalized(conv(y, 4 * filters, 1), None)
            skip = normalized(conv(x, 4 * filters, 1, stride), None) if i == 0 else x
            x = layers.Activation("relu")(y + skip)
    return keras.Model(inputs, layers.Dense(1000)(layers.GlobalAveragePooling2D()(x)))


def vgg16(options):
    inputs = x = keras.Input((options.size, options.size, 3))
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            x = conv(x, filters, 3, bias=True, activation="relu")
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dropout(0.5)(layers.Dense(4096, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(1000)(x))


def unet(options):
    def double(x, filters):
        return normalized(conv(normalized(conv(x, filters, 3)), filters, 3))

    inputs = x = keras.Input((options.size, options.size, 3))
    kept = []
    for filters in (16, 32, 64):
        x = double(x, filters)
        kept.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = double(x, 128)
    for filters in (64, 32, 16):
        x = layers.Conv2DTranspose(filters, 2, 2)(x)
        x = double(layers.Concatenate()([x, kept.pop()]), filters)
    return keras.Model(inputs, layers.Conv2D(3, 1)(x))


def simple(options):
    return keras.Sequential([
        keras.Input((options.size, options.size, 1)), layers.Conv2D(20, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(50, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten(),
        layers.Dense(100, activation="relu"), layers.Dense(10)])


def odd(options):
    return keras.Sequential([
        keras.Input((options.size, options.size + 4, 3)), layers.Conv2D(12, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2), layers.Conv2D(20, 3, padding="same", activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(20, 3, activation="relu"), layers.Flatten(), layers.Dense(50, activation="relu"),
        layers.Dense(7)])


def classified(options, shape, classes=10, count=8):
    """As in workloads/data.cnn: each image a faint pattern of its class in noise."""
    patterns = tf.random.uniform((min(classes, 10), *shape))
    labels = [tf.random.uniform((options.batch,), 0, classes, tf.int32) for _ in range(count)]
    return [0.5 * tf.gather(patterns, l % 10) + 0.5 * tf.random.uniform((options.batch, *shape)) for l in labels], labels


def pixels(options):
    images = [tf.random.uniform((options.batch, options.size, options.size, 3)) for _ in range(8)]
    return images, [tf.argmax(image, -1) for image in images]


def sgd():
    return keras.optimizers.SGD(0.01)


def momentum():
    # In Keras weight decay is decoupled; the work of a step is the same.
    return keras.optimizers.SGD(0.05, momentum=0.9, weight_decay=1e-4)


def adam():
    return keras.optimizers.Adam(1e-3)


WORKLOADS = {
    "w1-lenet": (lenet, sgd, lambda o: classified(o, (28, 28, 1))),
    "w2-keras": (keras_example, adam, lambda o: classified(o, (28, 28, 1))),
    "w3-resnet20": (resnet20, momentum, lambda o: classified(o, (o.size, o.size, 3))),
    "w5-unet": (unet, adam, pixels),
    "w6-vgg16": (vgg16, sgd, lambda o: classified(o, (o.size, o.size, 3), 1000, 2)),
    "w6-resnet50": (resnet50, sgd, lambda o: classified(o, (o.size, o.size, 3), 1000, 2)),
    "few-20-50": (simple, adam, lambda o: classified(o, (o.size, o.size, 1))),
    "few-odd": (odd, adam, lambda o: classified(o, (o.size, o.size + 4, 3), 7)),
}


def inference(network, images):
    call = tf.function(lambda x: tf.reduce_sum(network(x, training=False)))
    return lambda step: float(call(images[step % len(images)]))


def classification(options):
    build, make_optimizer, data = WORKLOADS[options.workload]
    images, labels = data(options)
    network, optimizer = build(options), make_optimizer()
    optimizer.build(network.trainable_variables)

    @tf.function
    def step_of(x, y):
        with tf.GradientTape() as tape:
            logits = network(x, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
        optimizer.apply_gradients(zip(tape.gradient(loss, network.trainable_variables), network.trainable_variables))
        return loss

    def train(step):
        i = step % len(images)
        return float(step_of(images[i], labels[i]))

    return train, inference(network, images)


def dcgan(options):
    generator = keras.Sequential([
        keras.Input((100,)), layers.Dense(128 * 7 * 7, use_bias=False), layers.Reshape((7, 7, 128)),
        layers.BatchNormalization(momentum=0.9, epsilon=1e-5), layers.ReLU(),
        layers.Conv2DTranspose(64, 4, 2, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9, epsilon=1e-5), layers.ReLU(),
        layers.Conv2DTranspose(1, 4, 2, padding="same", activation="tanh")])
    discriminator = keras.Sequential([
        keras.Input((28, 28, 1)), layers.Conv2D(64, 4, 2, padding="same"), layers.LeakyReLU(0.2),
        layers.Conv2D(128, 4, 2, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.9, epsilon=1e-5), layers.LeakyReLU(0.2), layers.Flatten(),
        layers.Dense(1)])
    images, _ = classified(options, (28, 28, 1))
    step_g, step_d = (keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2))
    step_g.build(generator.trainable_variables)
    step_d.build(discriminator.trainable_variables)

    def bce(logits, target):
        labels = tf.fill(tf.shape(logits), target)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits))

    @tf.function
    def step_of(real):
        # The usual step of the TensorFlow tutorial: the pass over the generated images is shared, so there are two
        # passes through the discriminator where the others have three.
        with tf.GradientTape() as tape_g, tf.GradientTape() as tape_d:
            fake = generator(tf.random.normal((options.batch, 100)), training=True)
            judged = discriminator(fake, training=True)
            loss_d = bce(discriminator(real, training=True), 1.0) + bce(judged, 0.0)
            loss_g = bce(judged, 1.0)
        for tape, loss, network, optimizer in (
            (tape_g, loss_g, generator, step_g), (tape_d, loss_d, discriminator, step_d)
        ):
            variables = network.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss_d

    noise = [tf.random.normal((options.batch, 100)) for _ in range(8)]
    return lambda step: float(step_of(images[step % len(images)])), inference(generator, noise)


if __name__ == "__main__":
    options = measure.settings()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    keras.utils.set_random_seed(1)
    measure.run(options, dcgan if options.workload == "w4-dcgan" else classification)
