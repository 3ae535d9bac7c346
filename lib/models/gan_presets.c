/*
 * Hyper-parameters that were published together.  A row of the name of an architecture is what
 * that architecture alone stands for.  Zhao et al., arXiv 2006.10738 ("DiffAugment"), and its
 * authors' programs, but for
 *
 *     dcgan   Radford, Metz and Chintala, arXiv 1511.06434; batch 64
 *     sngan   Miyato et al., arXiv 1802.05957: five steps of D for one of G, rates that fall to 0
 *     tiny    small enough for minutes on a laptop: a generator of half, a discriminator of full
 *             width, no spectral norm; tiny-sn: with it, both of half width
 */
#include "models/gan_options.h"

#define BIGGAN_CIFAR \
    [GAN_CLASSES] = "10", [GAN_LOSS] = "hinge", [GAN_BATCH] = "50", [GAN_D_STEPS] = "4", \
    [GAN_LR_G] = "2e-4", [GAN_LR_D] = "2e-4", [GAN_OPTIM_G] = "adam:beta1=0,beta2=0.999", \
    [GAN_OPTIM_D] = "adam:beta1=0,beta2=0.999", \
    [GAN_EMA] = "decay=0.9999,start=1000,state=1", [GAN_FLIP] = "yes", \
    [GAN_ITERS] = "250000"
#define STYLEGAN2 \
    [GAN_LOSS] = "ns", [GAN_D_BATCH] = "apart", [GAN_FIRST] = "g", [GAN_LR_G] = "2e-3", \
    [GAN_LR_D] = "2e-3", \
    [GAN_OPTIM_G] = "adam:beta1=0,beta2=0.99", [GAN_OPTIM_D] = "adam:beta1=0,beta2=0.99", \
    [GAN_FLIP] = "yes", \
    [GAN_POLICY] = "color,translation,cutout"
#define LOW_SHOT \
    STYLEGAN2, [GAN_GENERATOR] = "{\"fmap_base\": 16384}", \
    [GAN_DISCRIMINATOR] = "{\"fmap_base\": 16384}", \
    [GAN_BATCH] = "16", [GAN_R1] = "10", [GAN_R1_AT] = "input", [GAN_KIMG] = "300", \
    [GAN_EMA] = "half=10000,start=10000"
#define TINY \
    [GAN_LOSS] = "hinge", [GAN_BATCH] = "16", [GAN_OPTIM_G] = "adam:beta1=0,beta2=0.9", \
    [GAN_OPTIM_D] = "adam:beta1=0,beta2=0.9", [GAN_EMA] = "decay=0.999,state=1"

const struct gan_preset gan_presets[] = {
    {"dcgan",
     "dcgan",
     {[GAN_LOSS] = "ns",
      [GAN_BATCH] = "64",
      [GAN_LR_G] = "2e-4",
      [GAN_LR_D] = "2e-4",
      [GAN_OPTIM_G] = "adam:beta1=0.5",
      [GAN_OPTIM_D] = "adam:beta1=0.5",
      [GAN_EMA] = "decay=0.999,state=1"}},
    {"sngan",
     "sngan",
     {[GAN_LOSS] = "hinge",
      [GAN_BATCH] = "64",
      [GAN_D_STEPS] = "5",
      [GAN_LR_G] = "linear:lr=2e-4",
      [GAN_LR_D] = "linear:lr=2e-4",
      [GAN_OPTIM_G] = "adam:beta1=0,beta2=0.9",
      [GAN_OPTIM_D] = "adam:beta1=0,beta2=0.9",
      [GAN_EMA] = "decay=0.9999,start=1000,state=1",
      [GAN_ITERS] = "100000"}},
    {"biggan", "biggan", {BIGGAN_CIFAR}},
    {"stylegan2", "stylegan2", {LOW_SHOT}},

    {"tiny",
     "dcgan",
     {TINY, [GAN_LR_G] = "5e-4", [GAN_LR_D] = "5e-4", [GAN_GENERATOR] = "{\"width\": 64}",
      [GAN_DISCRIMINATOR] = "{\"width\": 32, \"spectral\": false}", [GAN_ITERS] = "2000"}},
    {"tiny-sn",
     "dcgan",
     {TINY, [GAN_LR_G] = "1e-3", [GAN_LR_D] = "1e-3", [GAN_GENERATOR] = "{\"width\": 64}",
      [GAN_DISCRIMINATOR] = "{\"width\": 16, \"spectral\": true}", [GAN_ITERS] = "4000"}},
    {"biggan-cifar", "biggan", {BIGGAN_CIFAR, [GAN_POLICY] = "translation,cutout"}},
    {"cr-biggan-cifar",
     "biggan",
     {BIGGAN_CIFAR, [GAN_CR] = "10", [GAN_CR_POLICY] = "flip,translation"}},
    /* At 10 and 20 % of the data: the consistency is that of an image and the image transformed. */
    {"cr-diffaugment-cifar",
     "biggan",
     {BIGGAN_CIFAR, [GAN_CR] = "10", [GAN_CR_POLICY] = "", [GAN_POLICY] = "translation,cutout"}},
    /* Of all the data; half and a quarter of it were trained with --lr-d=2e-4, for 150000 and
     * 60000 steps, and what DiffAugment is compared with with --lr-d=5e-4. */
    {"biggan-imagenet",
     "biggan",
     {[GAN_GENERATOR] = "{\"in\": [120], \"widths\": [1536,1536,768,384,192,96], \"shared\": 128, "
                        "\"hierarchical\": true, \"attention\": 64, \"init\": \"ortho\"}",
      [GAN_DISCRIMINATOR] = "{\"down\": 5, \"widths\": [96,192,384,768,1536,1536], "
                            "\"attention\": 64, \"init\": \"ortho\"}",
      [GAN_CLASSES] = "1000",
      [GAN_LOSS] = "hinge",
      [GAN_BATCH] = "2048",
      [GAN_D_STEPS] = "2",
      [GAN_LR_G] = "1e-4",
      [GAN_LR_D] = "4e-4",
      [GAN_OPTIM_G] = "adam:beta1=0,beta2=0.999",
      [GAN_OPTIM_D] = "adam:beta1=0,beta2=0.999",
      [GAN_EMA] = "decay=0.9999,state=1",
      [GAN_FLIP] = "yes",
      [GAN_POLICY] = "translation",
      [GAN_ITERS] = "250000"}},
    {"stylegan2-cifar",
     "stylegan2",
     {STYLEGAN2, [GAN_GENERATOR] = "{\"fmap_base\": 2048}",
      [GAN_DISCRIMINATOR] = "{\"fmap_base\": 2048}", [GAN_BATCH] = "32", [GAN_R1] = "0.1",
      [GAN_KIMG] = "25000", [GAN_EMA] = "half=1000000,start=1000000"}},
    {"stylegan2-ffhq",
     "stylegan2",
     {STYLEGAN2, [GAN_GENERATOR] = "{\"fmap_base\": 8192}",
      [GAN_DISCRIMINATOR] = "{\"fmap_base\": 8192}", [GAN_BATCH] = "32", [GAN_R1] = "1",
      [GAN_KIMG] = "25000", [GAN_EMA] = "half=10000,start=10000"}},
    {"stylegan2-low-shot", "stylegan2", {LOW_SHOT}},
    {0}
};
