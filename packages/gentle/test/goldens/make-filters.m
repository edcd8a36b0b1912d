% Writes filters.json: what Octave makes of filters. Run in this folder: octave -q make-filters.m, with the package image.
pkg load image
rand('twister', 1);

function text = list(values)
  text = ['[' strjoin(arrayfun(@(value) sprintf('%.17g', value), double(values')(:)', 'UniformOutput', false), ',') ']'];
endfunction

function text = table(values)
  text = sprintf('{"rows":%d,"columns":%d,"data":%s}', rows(values), columns(values), list(values));
endfunction

function text = result(picture, kernel, shape, operation, padding, dilation, expected)
  text = sprintf('{"picture":%s,"kernel":%s,"options":{"shape":"%s","operation":"%s","padding":"%s","dilation":%d},"result":%s}', ...
                 table(picture), table(kernel), shape, operation, padding, dilation, table(expected));
endfunction

cases = {};
% Rows and columns of picture and kernel: odd, even, one row, one column, larger than the picture.
sizes = [8 8 3 3; 5 7 2 2; 6 5 4 3; 7 6 3 4; 9 1 2 1; 1 9 1 4; 6 7 1 5; 7 6 5 1; 4 5 1 1; 3 2 5 4; 2 3 6 3; 1 1 3 2; 9 11 7 7];
for s = sizes'
  picture = floor(256 * rand(s(1), s(2)));
  kernel = floor(19 * rand(s(3), s(4))) - 9;
  for shape = {'full', 'same', 'valid'}
    if strcmp(shape{1}, 'valid') && (s(3) > s(1) || s(4) > s(2))
      continue
    endif
    cases{end + 1} = result(picture, kernel, shape{1}, 'convolution', 'zero', 1, conv2(picture, kernel, shape{1}));
    cases{end + 1} = result(picture, kernel, shape{1}, 'correlation', 'zero', 1, conv2(picture, rot90(kernel, 2), shape{1}));
  endfor
endfor
% Fractions.
picture = single(rand(6, 5));
kernel = rand(3, 4) - 0.5;
cases{end + 1} = result(picture, kernel, 'full', 'convolution', 'zero', 1, conv2(double(picture), kernel));
% Dilation: a kernel with zeros between its weights.
for s = [6 7 2 3; 9 8 3 2]'
  picture = floor(256 * rand(s(1), s(2)));
  kernel = floor(19 * rand(s(3), s(4))) - 9;
  for dilation = 2:3
    spread = zeros((s(3:4)' - 1) * dilation + 1);
    spread(1:dilation:end, 1:dilation:end) = kernel;
    for shape = {'full', 'same'}
      cases{end + 1} = result(picture, kernel, shape{1}, 'convolution', 'zero', dilation, conv2(picture, spread, shape{1}));
    endfor
  endfor
endfor
% Padding. imfilter's symmetric repeats the edge, so our reflect is not it: NumPy checks that one, make-reflected.py.
for s = [6 7 3 3; 5 6 5 3; 7 4 1 7; 6 5 4 2]'
  picture = floor(256 * rand(s(1), s(2)));
  kernel = floor(19 * rand(s(3), s(4))) - 9;
  for modes = {'replicate', 'circular'; 'replicate', 'wrap'}
    cases{end + 1} = result(picture, kernel, 'same', 'correlation', modes{2}, 1, imfilter(picture, kernel, modes{1}));
    cases{end + 1} = result(picture, kernel, 'same', 'convolution', modes{2}, 1, imfilter(picture, kernel, modes{1}, 'conv'));
  endfor
endfor

rgb = single(rand(3, 4, 3) * 1.5 - 0.25);
grey = rgb2gray(double(rgb));
colours = sprintf('{"red":%s,"green":%s,"blue":%s,"grey":%s}', list(rgb(:, :, 1)), list(rgb(:, :, 2)), list(rgb(:, :, 3)), list(grey));

presets = {'sobel-y', fspecial('sobel'); 'prewitt-y', fspecial('prewitt'); 'laplacian', fspecial('laplacian', 0); ...
           'sharpen', fspecial('unsharp', 0); 'gaussian', fspecial('gaussian', 7, 1)};
named = {};
for i = 1:rows(presets)
  named{end + 1} = sprintf('{"name":"%s","kernel":%s}', presets{i, 1}, table(presets{i, 2}));
endfor

file = fopen('filters.json', 'w');
fprintf(file, "{\"cases\":[\n%s\n],\n\"rgb2gray\":%s,\n\"fspecial\":[\n%s\n]}\n", strjoin(cases, ",\n"), colours, strjoin(named, ",\n"));
fclose(file);
