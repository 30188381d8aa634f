"""Where the pages' scripts and styles are kept."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class AssetStorage(CompressedManifestStaticFilesStorage):
    """Compressed once, when they are collected: ours, which every page loads. Those of the API's reader are larger than
    all else together and would take half a minute."""

    def compress_files(self, paths):
        return super().compress_files([path for path in paths if path.startswith("portal/")])
